/// <reference types="vite/client" />

interface ImportMetaEnv {
  /** Address of the gateway, for the mini-program and App builds; `''` when none was given. */
  readonly VITE_SERVER_URL: string
}

declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent<object, object, unknown>
  export default component
}

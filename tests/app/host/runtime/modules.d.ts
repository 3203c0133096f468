// uni-app's runtime for Apps has no types of its own.
declare module '@dcloudio/uni-app-plus/dist/uni.runtime.esm.js' {
  const runtime: Record<string, unknown> & { __registerApp(root: unknown): void }
  export default runtime
}

declare module '@dcloudio/uni-app-plus/dist/uni.vue.js' {
  export function initApp(app: unknown): void
}

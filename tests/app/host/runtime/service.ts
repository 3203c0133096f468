// The service layer's framework from npm. It reads `plus`, `weex` and the app's configuration while it loads, so it is a
// bundle of its own that the host evaluates when those exist.
import * as vue from 'vue'
import runtime from '@dcloudio/uni-app-plus/dist/uni.runtime.esm.js'
import { initApp } from '@dcloudio/uni-app-plus/dist/uni.vue.js'
import type { ServiceFramework } from './boot'

type VueApp = { mount(target: unknown): unknown }

/** On a phone the base app connects Vue and uni this way; its source is not public, so this is a reconstruction. */
function createVueApp(component: object, props?: object): VueApp {
  const app = vue.createApp(component, props as Record<string, unknown>) as unknown as VueApp
  initApp(app)
  const mount = app.mount
  app.mount = (target) => {
    const root = mount.call(app, target)
    runtime.__registerApp(root)
    return root
  }
  return app
}

globalThis.serviceFramework = {
  Vue: { ...vue, createVueApp, createApp: createVueApp, createSSRApp: createVueApp },
  runtime: runtime as unknown as ServiceFramework['runtime'],
}

import type { BootOptions, MiniProgramBundle } from '../bundle'
import { boot, type MiniProgramRuntime } from './boot'

declare global {
  /** The running program, for the test that launched it. */
  var miniProgram: MiniProgramRuntime
  var bootMiniProgram: (bundle: MiniProgramBundle, options: BootOptions) => void
}

globalThis.bootMiniProgram = (bundle, options) => {
  globalThis.miniProgram = boot(bundle, options)
}

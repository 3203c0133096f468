import { boot } from './boot'

globalThis.bootApp = boot

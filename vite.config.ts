import uni from '@dcloudio/vite-plugin-uni'
import { fileURLToPath } from 'node:url'
import { defineConfig, loadEnv } from 'vite'

/** uni's builds of mini-programs turn `import()` into a string, and those of Apps refuse it. */
const signalrAtOnce = {
  find: /^.*\/realtime\/loadSignalr$/,
  replacement: fileURLToPath(new URL('src/realtime/loadSignalrAtOnce.ts', import.meta.url)),
}

const isH5 = (): boolean => ['h5', 'web'].includes(process.env.UNI_PLATFORM ?? '')

export default defineConfig(({ mode }) => {
  // From the shell or a .env file, which HBuilderX reads too.
  const { VITE_SERVER_URL = '' } = loadEnv(mode, process.cwd(), 'VITE_SERVER_URL')
  /** `npm run dev:h5`: everything but the client itself comes from a gateway that was started beside it. */
  const gateway = `http://127.0.0.1:${process.env.PORT ?? '8080'}`
  return {
    plugins: [uni()],
    // Always a value: without one the build would put its whole environment into mini-program and App.
    define: { 'import.meta.env.VITE_SERVER_URL': JSON.stringify(VITE_SERVER_URL) },
    // Browsers since 2020 read `?.` and `??` themselves; what runs mini-programs and Apps may not.
    build: { target: isH5() ? 'es2020' : 'es2018' },
    resolve: { alias: isH5() ? [] : [signalrAtOnce] },
    server: {
      proxy: {
        '/api': gateway,
        '/avatar': gateway,
        '/file-upload': gateway,
        '/websocket': { target: gateway, ws: true },
        '/signalr': { target: gateway, ws: true },
      },
    },
  }
})

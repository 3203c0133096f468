import uni from '@dcloudio/vite-plugin-uni'
import { defineConfig } from 'vite'

/** `npm run dev:h5`: everything but the client itself comes from a gateway that was started beside it. */
const gateway = `http://127.0.0.1:${process.env.PORT ?? '8080'}`

export default defineConfig({
  plugins: [uni()],
  build: { target: 'es2018' },
  server: {
    proxy: {
      '/api': gateway,
      '/avatar': gateway,
      '/file-upload': gateway,
      '/websocket': { target: gateway, ws: true },
    },
  },
})

/** What WeChat's base style sheet does to the built-in components, as far as layouts depend on it. */
export const baseStyles = `
:root { --rpx: calc(100vw / 750) }
html, body { margin: 0; height: 100% }
body { -webkit-tap-highlight-color: transparent }
.mp-page { position: absolute; inset: 0; overflow-x: hidden; overflow-y: auto; background: #fff }
wx-page-root, wx-view, wx-scroll-view, wx-cover-view, wx-form, wx-swiper, wx-swiper-item,
wx-picker-view, wx-picker-view-column { display: block }
wx-page-root { min-height: 100% }
wx-swiper { position: relative; overflow: hidden; height: 150px }
wx-text { white-space: pre-line }
/* No scroll anchoring, as on iOS, where only the layout keeps what is read in its place. */
wx-scroll-view { overflow: hidden; width: 100%; overflow-anchor: none }
wx-image { display: inline-block; overflow: hidden; width: 320px; height: 240px }
wx-image > img { display: block; width: 100%; height: 100% }
wx-image[data-mode=widthFix] { height: auto !important }
wx-image[data-mode=widthFix] > img { height: auto }
wx-button { display: block; position: relative; box-sizing: border-box; margin-inline: auto;
  padding-inline: 14px; overflow: hidden; border-radius: 5px; background: #f8f8f8; color: #000;
  font-size: 18px; line-height: 2.5555; text-align: center; cursor: pointer }
wx-button[type=primary] { background: #07c160; color: #fff }
wx-button[type=warn] { background: #f8f8f8; color: #e64340 }
wx-button[size=mini] { display: inline-block; font-size: 13px; line-height: 2.3 }
wx-button[mp-disabled] { opacity: 0.6 }
wx-input, wx-textarea { display: block; overflow: hidden; font-size: 1em }
wx-input { height: 1.4em; line-height: 1.4em }
wx-textarea { width: 300px; height: 150px }
wx-input > input, wx-textarea > textarea { display: block; box-sizing: border-box; width: 100%;
  height: 100%; padding: 0; border: 0; outline: 0; background: none; color: inherit; font: inherit;
  line-height: inherit; text-align: inherit; resize: none }
wx-textarea[mp-auto-height] { height: auto !important }
wx-textarea[mp-auto-height] > textarea { field-sizing: content; height: auto; min-height: 1lh; max-height: inherit }
wx-switch, wx-checkbox, wx-radio, wx-slider { display: inline-block }
wx-switch > input, wx-checkbox > input, wx-radio > input { pointer-events: none }
`

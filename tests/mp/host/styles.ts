import { dirname, join } from 'node:path'
import postcss, { type Rule } from 'postcss'
import selectorParser from 'postcss-selector-parser'
import { builtInNames, safeArea } from './bundle'

const builtIns = new Set(builtInNames)

export type StyleSource = {
  file: string
  read(file: string): string
  /** Class prefix of the component that owns the sheet; absent for pages and app.wxss. */
  scope?: string
}

/** Translates a WXSS sheet to CSS: imports inlined, rpx to a share of the viewport, the screen's safe area to px, tags and `page` to their elements. */
export function toCss(source: StyleSource): string {
  const root = postcss.parse(source.read(source.file), { from: source.file })
  root.walkAtRules('import', (rule) => {
    const target = /["']([^"']+)["']/.exec(rule.params)?.[1]
    if (target === undefined) return
    const file = join(dirname(source.file), target)
    rule.replaceWith(postcss.parse(toCss({ ...source, file })))
  })
  root.walkDecls((declaration) => {
    declaration.value = declaration.value
      .replace(/(-?\d*\.?\d+)rpx/g, (_, amount: string) => `calc(var(--rpx) * ${amount})`)
      .replace(
        /env\(\s*safe-area-inset-(top|right|bottom|left)[^)]*\)/g,
        (_, edge: keyof typeof safeArea) => `${safeArea[edge]}px`,
      )
  })
  root.walkRules((rule) => {
    if (!insideKeyframes(rule)) rule.selector = translateSelector(rule.selector, source.scope)
  })
  return root.toString()
}

function insideKeyframes({ parent }: Rule): boolean {
  return parent?.type === 'atrule' && 'name' in parent && String(parent.name).endsWith('keyframes')
}

function translateSelector(selector: string, scope: string | undefined): string {
  const translate = selectorParser((selectors) => {
    if (scope !== undefined) scopeClasses(selectors, scope)
    selectors.walkTags((tag) => {
      if (tag.value === 'page') tag.replaceWith(selectorParser.className({ value: 'mp-page' }))
      else if (builtIns.has(tag.value)) tag.value = `wx-${tag.value}`
    })
  })
  return translate.processSync(selector)
}

function scopeClasses(selectors: selectorParser.Root, scope: string): void {
  selectors.walkClasses((name) => {
    name.value = `${scope}--${name.value}`
  })
  selectors.walkPseudos((pseudo) => {
    if (pseudo.value !== ':host') return
    pseudo.replaceWith(
      selectorParser.attribute({
        attribute: 'wx-host',
        operator: '=',
        value: scope,
        quoteMark: '"',
        raws: {},
      }),
    )
  })
}

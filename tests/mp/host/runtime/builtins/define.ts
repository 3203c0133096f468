import type { AnimationStep } from '../wx/animation'
import { textOf } from '../text'
import type { CodeSpace, ComponentInstance, Definition } from '../types'

/** What a built-in component holds of itself while it lives. */
export type BuiltInHost = {
  element: HTMLElement
  /** Current value of a property. */
  get(name: string): unknown
  /** Tells the program; the events of built-ins do not bubble. */
  fire(type: string, detail: unknown, options?: object): void
}

/** Called with a property's new value. */
export type Setters = Record<string, (value: unknown) => void>

export type BuiltIn = {
  name: string
  /** Properties with the value that an absent one has; the names after `@` in `others` need no default. */
  properties?: Record<string, unknown>
  /** Further properties that are accepted and have no effect here. */
  others?: string[]
  /** Whether the component shows what is written inside it; true when left out. */
  slot?: boolean
  create?(host: BuiltInHost): Setters
}

type Instance = ComponentInstance & { setters?: Setters }

/** Attributes that every built-in takes, and the DOM attribute that shows each. */
const ariaAttributes: Record<string, string> = {
  role: 'role',
  ariaRole: 'role',
  ariaLabel: 'aria-label',
  ariaHidden: 'aria-hidden',
  ariaChecked: 'aria-checked',
  ariaDisabled: 'aria-disabled',
  ariaExpanded: 'aria-expanded',
  ariaSelected: 'aria-selected',
  ariaLive: 'aria-live',
  ariaModal: 'aria-modal',
  ariaBusy: 'aria-busy',
  ariaCurrent: 'aria-current',
  ariaPressed: 'aria-pressed',
  ariaLevel: 'aria-level',
  ariaLabelledby: 'aria-labelledby',
  ariaDescribedby: 'aria-describedby',
  ariaControls: 'aria-controls',
  ariaInvalid: 'aria-invalid',
  ariaRequired: 'aria-required',
  ariaValuenow: 'aria-valuenow',
  ariaHaspopup: 'aria-haspopup',
  tabindex: 'tabindex',
}

export type BuiltInTemplates = { slot: object; empty: object }

/** Defines one built-in component and returns it for registration under its tag. */
export function defineBuiltIn(
  space: CodeSpace,
  templates: BuiltInTemplates,
  builtIn: BuiltIn,
): unknown {
  const path = `wx/${builtIn.name}`
  space.addComponentStaticConfig(path, { component: true, styleIsolation: 'shared' })
  space.addCompiledTemplate(path, builtIn.slot === false ? templates.empty : templates.slot)
  const definition = toDefinition(builtIn)
  return space.componentEnv(path, (environment) => environment.Component(definition))._$
}

function toDefinition(builtIn: BuiltIn): Definition {
  const names = [
    ...['animation', 'hidden', 'hoverClass', 'hoverStartTime', 'hoverStayTime', 'name'],
    'hoverStopPropagation',
    ...Object.keys(ariaAttributes),
    ...(builtIn.others ?? []),
    ...Object.keys(builtIn.properties ?? {}),
  ]
  const observers: Record<string, unknown> = {}
  for (const name of names) {
    observers[name] = function (this: Instance, value: unknown) {
      this.setters?.[name]?.(value)
    }
  }
  return {
    properties: Object.fromEntries(
      names.map((name) => [name, { type: null, value: builtIn.properties?.[name] }]),
    ),
    observers,
    lifetimes: {
      created(this: Instance) {
        const host = createHost(this)
        this.setters = { ...commonSetters(host.element), ...builtIn.create?.(host) }
      },
    },
  }
}

function createHost(instance: Instance): BuiltInHost {
  const element = instance._$.$$
  return {
    element,
    get: (name) => instance.data[name],
    fire: (type, detail, options) =>
      instance._$.triggerEvent(type, detail, { bubbles: false, composed: false, ...options }),
  }
}

function commonSetters(element: HTMLElement): Setters {
  const setters: Setters = {
    hidden: (value) => {
      element.style.display = isTrue(value) ? 'none' : ''
    },
    animation: (value) => animate(element, value),
  }
  for (const [name, attribute] of Object.entries(ariaAttributes)) {
    setters[name] = (value) => {
      if (value === undefined || value === null) element.removeAttribute(attribute)
      else element.setAttribute(attribute, textOf(value))
    }
  }
  return setters
}

/** The end state of an animation at once: tests need not wait, and a page never depends on the way there. */
function animate(element: HTMLElement, animation: unknown): void {
  const steps = (animation as { actions?: AnimationStep[] } | null)?.actions ?? []
  for (const { animates } of steps) {
    for (const [verb, values] of Object.entries(animates)) {
      if (CSS.supports(dashed(verb), 'inherit')) {
        const [value] = values
        const plain = verb === 'opacity' || typeof value !== 'number'
        element.style.setProperty(dashed(verb), plain ? textOf(value) : `${value}px`)
      } else {
        element.style.transform = `${verb}(${values.map((value) => lengthOf(verb, value)).join()})`
      }
    }
  }
}

function lengthOf(verb: string, value: unknown): string {
  if (typeof value !== 'number') return textOf(value)
  if (verb.startsWith('translate')) return `${value}px`
  return verb.startsWith('rotate') || verb.startsWith('skew') ? `${value}deg` : String(value)
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** A boolean attribute of WXML: present without a value counts as true. */
export function isTrue(value: unknown): boolean {
  return value === '' || (value !== 'false' && Boolean(value))
}

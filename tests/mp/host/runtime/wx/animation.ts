const verbs = [
  ...['opacity', 'backgroundColor', 'width', 'height', 'top', 'left', 'bottom', 'right'],
  ...['rotate', 'rotateX', 'rotateY', 'rotateZ', 'rotate3d', 'scale', 'scaleX', 'scaleY', 'scaleZ'],
  ...['scale3d', 'translate', 'translateX', 'translateY', 'translateZ', 'translate3d', 'skew'],
  ...['skewX', 'skewY', 'matrix', 'matrix3d'],
]

export type AnimationStep = { animates: Record<string, unknown[]>; option: object }

/** wx.createAnimation: records steps, which the `animation` property of built-ins applies at once. */
export function createAnimation(defaults: object = {}) {
  let steps: AnimationStep[] = []
  let current: Record<string, unknown[]> = {}
  const animation: Record<string, (...args: unknown[]) => unknown> = {
    step(option) {
      steps.push({ animates: current, option: { ...defaults, ...(option as object) } })
      current = {}
      return animation
    },
    export() {
      const actions = steps
      steps = []
      return { actions }
    },
  }
  for (const verb of verbs) {
    animation[verb] = (...values) => {
      current[verb] = values
      return animation
    }
  }
  return animation
}

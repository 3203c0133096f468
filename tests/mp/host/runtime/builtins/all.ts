import type { Framework } from '../framework'
import { choices } from './choice'
import { defineBuiltIn } from './define'
import { fields } from './field'
import { image } from './image'
import { createNavigator } from './navigator'
import { pickers } from './pickers'
import { plainBuiltIns } from './plain'
import { richText } from './richText'
import { scrollView } from './scrollView'

/** Defines every built-in component and registers it under its tag for all pages. */
export function installBuiltIns(
  framework: Framework,
  templates: string,
  wx: () => Record<string, unknown>,
): void {
  const groupList = (0, eval)(templates) as Record<string, unknown>
  const shapes = {
    slot: { groupList, content: groupList.slot },
    empty: { groupList, content: groupList.empty },
  }
  const own = [...choices, ...fields, ...pickers, image, richText, scrollView, createNavigator(wx)]
  const defined = [...own, ...plainBuiltIns(own)].map((builtIn) => ({
    tag: builtIn.name,
    component: defineBuiltIn(framework.builtInSpace, shapes, builtIn),
  }))
  const space = framework.programSpace().getComponentSpace()
  for (const { tag, component } of defined) space.setGlobalUsingComponent(tag, component)
}

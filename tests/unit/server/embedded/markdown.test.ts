import { parse, type Options } from '@rocket.chat/message-parser'
import { parseMarkdown } from '../../../../server/embedded/domain/markdown'
import { createRandom } from '../../../../server/embedded/demo/random'

const options: Options = {
  colors: true,
  emoticons: true,
  katex: { dollarSyntax: false, parenthesisSyntax: true },
}

const texts = (node: unknown): string[] => {
  if (typeof node === 'string') return [node]
  if (Array.isArray(node)) return node.flatMap(texts)
  if (typeof node !== 'object' || node === null) return []
  return texts((node as { value?: unknown }).value)
}

/** How often the work looks at a character of any text. */
const stepsOf = (work: () => void): number => {
  const { charCodeAt } = String.prototype
  let steps = 0
  String.prototype.charCodeAt = function (index) {
    steps += 1
    return charCodeAt.call(this, index)
  }
  try {
    work()
  } finally {
    String.prototype.charCodeAt = charCodeAt
  }
  return steps
}

const pieces = [
  ...[
    '[',
    ']',
    '(',
    ')',
    '*',
    '_',
    '~',
    '`',
    '|',
    '||',
    '<',
    '>',
    '!',
    '![',
    '\\(',
    '\\[',
    ':',
    '#',
  ],
  ...[
    ':)',
    '@a',
    '#b',
    'http://',
    'a@b.c',
    '<t:',
    '```',
    '\n',
    '\n- ',
    '\n> ',
    '\n1. ',
    'a',
    ' ',
    '中',
  ],
]

describe('the Markdown of a message', () => {
  it('is what the parser makes of it, also for long texts with many signs', () => {
    const line = '*Bold* _slanted_ ~gone~ `code` [here](https://example.com) @ann #general :smile:'
    for (const text of [line, `${line}\n\n${line}\n- ${line}`, 'word '.repeat(500)]) {
      expect(parseMarkdown(text, options)).toEqual(parse(text, options))
    }
  })

  it('is the same for texts that are told to be plain without the grammar', () => {
    const random = createRandom(7)
    const signs = [
      'a',
      'D',
      'x',
      'O',
      '3',
      '12',
      'com',
      ' ',
      '  ',
      '中',
      '文',
      '，',
      '。',
      '：',
      '（',
    ]
    const more = ['.', ':', '. ', ': ', '1. ', ':3', '12:30', 'ab: ', ',', '!', '?', '"', "'", '-']
    const all = [...signs, ...signs, ...more]
    for (let round = 0; round < 6000; round += 1) {
      const parts = Array.from({ length: 1 + random.below(10) }, () => random.pick(all))
      const text = parts.join('')
      expect({ text, tree: parseMarkdown(text, options) }).toEqual({
        text,
        tree: parse(text, options),
      })
    }
  })

  it('costs next to nothing for a plain text', () => {
    const text = '明天 09:30 开会, bring the plan: page 12. 好吗？'.repeat(100)
    expect(parseMarkdown(text, options)).toEqual(parse(text, options))
    expect(stepsOf(() => parseMarkdown(text, options))).toBe(0)
  })

  it('stays plain text where reading it would take seconds', () => {
    const text = '['.repeat(5000)
    expect(parseMarkdown(text, options)).toEqual([
      { type: 'PARAGRAPH', value: [{ type: 'PLAIN_TEXT', value: text }] },
    ])
  })

  it('is kept in the lines that can be read beside one that cannot', () => {
    const tree = parseMarkdown(`*one*\n\n${'[*_'.repeat(1500)}`, options)
    expect(tree).toHaveLength(3)
    expect(tree.slice(0, 2)).toEqual([
      {
        type: 'PARAGRAPH',
        value: [{ type: 'BOLD', value: [{ type: 'PLAIN_TEXT', value: 'one' }] }],
      },
      { type: 'LINE_BREAK' },
    ])
    expect(texts(tree[2])).toEqual(['[*_'.repeat(1500)])
  })

  it('takes a bounded number of steps for any text', () => {
    const random = createRandom(20_261_123)
    for (let round = 0; round < 120; round += 1) {
      const parts = Array.from({ length: 1 + random.below(4) }, () => random.pick(pieces))
      const unit = parts.join('')
      const length = round % 3 === 0 ? 400 : 5000
      const text = unit.repeat(Math.ceil(length / unit.length)).slice(0, length)
      let tree: unknown[] = []
      const steps = stepsOf(() => (tree = parseMarkdown(text, options)))
      expect({ text, within: steps <= 160_000 }).toEqual({ text, within: true })
      expect(Array.isArray(tree)).toBe(true)
    }
  })
})

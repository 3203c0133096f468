import { parse, type Options } from '@rocket.chat/message-parser'

/** The parser's steps over one text, about 0.2 microseconds each. */
const wholeSteps = 100_000
/** What the lines of a text may take together when the whole was too much. */
const linesSteps = 50_000

/** So long a text with so few signs never comes near `wholeSteps`; most messages are such. */
const shortText = 400
const fewSigns = 16

/** A text had more steps in it than it was given. */
class TooManySteps extends Error {}

type Meter = { left: number }

/**
 * A text that counts how often the parser looks at it. The grammar tries every way that unbalanced signs can be read, so
 * 5,000 brackets take it seconds; it cannot be interrupted, but it asks for each character, and there it is ended.
 */
class MeteredText extends String {
  readonly #meter: Meter

  constructor(text: string, meter: Meter) {
    super(text)
    this.#meter = meter
  }

  #step(): void {
    this.#meter.left -= 1
    if (this.#meter.left < 0) throw new TooManySteps()
  }

  override charCodeAt(index: number): number {
    this.#step()
    return super.charCodeAt(index)
  }

  override charAt(index: number): string {
    this.#step()
    return super.charAt(index)
  }
}

/**
 * One line without any sign that the grammar knows: letters and digits, blanks, commas and the like, full stops and colons
 * after words, times of day. Most messages are such, and the grammar takes a hundred times longer to say so.
 */
const plainText =
  /^(?! *\d+\. )(?! *$)(?:[\p{L}\p{N} ，。！？、：；“”（）《》…—,!?]|\.(?=[ \d]|$)|(?<=\d\d):(?=\d\d)|(?<=[\p{L}\p{N}]{2}):(?= |$))+$/u

const isCheap = (text: string): boolean =>
  text.length <= shortText && (text.match(/[^\p{L}\p{N}\s]/gu)?.length ?? 0) <= fewSigns

const paragraph = (text: string): unknown => ({
  type: 'PARAGRAPH',
  value: [{ type: 'PLAIN_TEXT', value: text }],
})

const plainLine = (line: string): unknown =>
  line === '' ? { type: 'LINE_BREAK' } : paragraph(line)

/** The grammar refuses a few texts, and a deep nesting ends its stack: undefined then, and without steps left. */
const tryParse = (text: string, options: Options, meter: Meter): unknown[] | undefined => {
  try {
    // The parser only calls methods of the text, and a String object has them all.
    return parse(new MeteredText(text, meter) as unknown as string, options)
  } catch {
    return undefined
  }
}

const parseLines = (text: string, options: Options): unknown[] => {
  const meter = { left: linesSteps }
  return text
    .split('\n')
    .flatMap((line) =>
      line === '' ? [plainLine(line)] : (tryParse(line, options, meter) ?? [plainLine(line)]),
    )
}

/**
 * The tree of a message's Markdown (protocol reference 4.2b). A text that the grammar would need long for is parsed line
 * by line, and the lines that remain too much stay plain text, so that no message holds the event loop.
 */
export const parseMarkdown = (text: string, options: Options): unknown[] => {
  if (plainText.test(text)) return [paragraph(text)]
  if (!isCheap(text)) {
    return tryParse(text, options, { left: wholeSteps }) ?? parseLines(text, options)
  }
  try {
    return parse(text, options)
  } catch {
    return [paragraph(text)]
  }
}

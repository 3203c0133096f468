/** How message texts are cut into words for the index, so that Chinese words of two characters are found. */

const han = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u

/** Runs of letters and digits; a run changes where the script does. */
const runs = (text: string): string[] => {
  const found: string[] = []
  let run = ''
  let ideographic = false
  for (const sign of text.normalize('NFKC').toLowerCase()) {
    const wide = han.test(sign)
    if (run !== '' && (!/[\p{L}\p{N}]/u.test(sign) || wide !== ideographic)) {
      found.push(run)
      run = ''
    }
    if (/[\p{L}\p{N}]/u.test(sign)) {
      run += sign
      ideographic = wide
    }
  }
  if (run !== '') found.push(run)
  return found
}

const bigrams = (run: string): string[] => {
  const signs = Array.from(run)
  if (signs.length === 1) return signs
  return signs.slice(1).map((sign, index) => `${signs[index] ?? ''}${sign}`)
}

/** What the index keeps of a text: words, and pairs of neighbours where a script has no blanks. */
export const indexedText = (text: string): string =>
  runs(text)
    .flatMap((run) => {
      if (!han.test(run)) return [run]
      // The last sign stands alone too, so that a search for one sign by prefix finds it.
      const pairs = bigrams(run)
      const last = Array.from(run).at(-1) ?? ''
      return pairs.at(-1) === last ? pairs : [...pairs, last]
    })
    .join(' ')

/** The index's question for a text, or undefined when there is no word in it. Every run must be found. */
export const indexQuery = (text: string): string | undefined => {
  const terms = runs(text).map((run) => {
    if (!han.test(run)) return `"${run}"*`
    const pairs = bigrams(run)
    return pairs.length === 1 ? `"${pairs[0] ?? ''}"*` : `"${pairs.join(' ')}"`
  })
  return terms.length === 0 ? undefined : terms.join(' AND ')
}

import type { Meter } from '../host/bundle'

/** Prints one figure of the run on a line of its own; jest's console would add the place of the call to each. */
export function printFigure(what: string, figure: string): void {
  process.stdout.write(`setData  ${what}: ${figure}\n`)
}

/** `2 calls, 1234 bytes` */
export function countsOf({ calls, bytes }: Meter): string {
  return `${calls} ${calls === 1 ? 'call' : 'calls'}, ${bytes} bytes`
}

/** Which components were told what, for the message of a failed expectation. */
export function describeCalls({ perCall }: Meter): string[] {
  return perCall.map(
    ({ component, bytes, keys }) => `${component} ${bytes} bytes: ${keys.slice(0, 8).join()}`,
  )
}

// The process of one bench: `runOne.ts <bench file> <result file>`. A bench that crashes takes no other with it.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { AnyBench } from './bench'
import { describeMachine } from './machine'
import { summarise, tableOf } from './report'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

const runFile = async (file: string, resultFile: string): Promise<void> => {
  const { bench } = (await import(pathToFileURL(file).href)) as { bench?: AnyBench }
  if (bench === undefined) throw new Error(`${file} exports no bench`)
  const runs = await bench.runAll((run, repeats) => {
    console.log(`${bench.name}: run ${run + 1} of ${repeats}`)
  })
  const result = summarise(bench, runs, describeMachine(root))
  mkdirSync(dirname(resultFile), { recursive: true })
  writeFileSync(resultFile, `${JSON.stringify(result, undefined, 2)}\n`)
  console.log(`\n${tableOf(result)}\n`)
}

const [file, resultFile] = process.argv.slice(2)
if (file === undefined || resultFile === undefined) {
  console.error('usage: runOne.ts <bench file> <result file>')
  process.exit(2)
}
runFile(file, resultFile).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)

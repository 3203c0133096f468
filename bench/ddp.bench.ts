import { loadAsBuilt } from './lib/asBuilt'
import { defineBench } from './lib/bench'
import type * as DdpClients from './lib/ddpClients'
import { startFlood, type Flood } from './lib/flood'
import { median } from './lib/stats'

const blocks = 7

type Subject = DdpClients.Subject

type State = { flood: Flood; subjects: Subject[]; measures: Record<string, () => Promise<number>> }

const setUp = async (): Promise<State> => {
  const { openRaw, openOurs, openOfficial, openSimple, dispatched, inserted } =
    await loadAsBuilt<typeof DdpClients>('ddpClients')
  const flood = await startFlood()
  const raw = await openRaw(flood.host)
  const ours = await openOurs(flood.host)
  const official = await openOfficial(flood.host)
  const simple = await openSimple(flood.host)
  const measures = {
    raw: () => dispatched(flood, raw),
    ours: () => dispatched(flood, ours),
    timeline: () => inserted(flood, ours),
    official: () => dispatched(flood, official),
    simple: () => dispatched(flood, simple),
  }
  for (const measure of Object.values(measures)) await measure()
  return { flood, subjects: [raw, ours, official, simple], measures }
}

/** All in turn, in small blocks, so that whatever else the machine does meets everybody alike. */
const measure = async ({ measures }: State): Promise<Record<string, number>> => {
  const rates: Record<string, number[]> = {}
  for (let block = 0; block < blocks; block += 1) {
    const names = Object.keys(measures)
    const order = block % 2 === 0 ? names : names.reverse()
    for (const name of order) (rates[name] ??= []).push(await measures[name]!())
  }
  /** Of neighbours in time. */
  const shareOf = (name: string): number =>
    median((rates[name] ?? []).map((value, block) => value / (rates.raw?.[block] ?? NaN)))
  return {
    ...Object.fromEntries(Object.entries(rates).map(([name, values]) => [name, median(values)])),
    oursShare: shareOf('ours'),
    timelineShare: shareOf('timeline'),
    officialShare: shareOf('official'),
    simpleShare: shareOf('simple'),
  }
}

const frames = { unit: 'frames per processor second', better: 'higher' } as const
const share = { unit: 'of raw', better: 'higher' } as const
const label = 'parsed and handed to a handler'

export const bench = defineBench<State>({
  name: 'ddp',
  title: 'DDP in the client: frames of stream-room-messages, 600 bytes',
  metrics: {
    ours: { ...frames, label },
    oursShare: { ...share, label: 'the same', target: 0.97 },
    timeline: { ...frames, label: 'decoded and inserted into a timeline' },
    timelineShare: { ...share, label: 'the same', target: 0.6 },
    raw: { ...frames, label, subject: 'ws and JSON.parse' },
    official: { ...frames, label, subject: '@rocket.chat/ddp-client' },
    officialShare: { ...share, label: 'the same', subject: '@rocket.chat/ddp-client' },
    simple: { ...frames, label, subject: 'simpleddp' },
    simpleShare: { ...share, label: 'the same', subject: 'simpleddp' },
  },
  setUp,
  measure,
  tearDown: async ({ flood, subjects }) => {
    for (const subject of subjects) subject.close()
    flood.close()
    await Promise.resolve()
  },
})

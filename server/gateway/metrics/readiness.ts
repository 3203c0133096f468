import type { Dispatcher } from 'undici'
import type { Agent } from '../chat/agent'
import type { Clock } from '../clock'
import { createSingleFlight } from '../singleFlight'
import type { Storage } from '../store/storage'

const timeoutMs = 2000
/** The chat server counts calls per minute: readiness is asked often, the agent's sign-in rarely. */
const agentGoodForMs = 30_000
/** Anybody may ask for readiness; a wrong password must not be tried as often, or the chat server locks the account. */
const agentBadForMs = 5_000

export type Readiness = {
  ready: boolean
  /** `none`: no agent is configured, its operations answer so; that is no fault. */
  checks: {
    chat: boolean
    agent: boolean | 'none'
    database: boolean
    /** `none`: this gateway is alone. False is told but no fault: without Redis it goes on by itself. */
    redis: boolean | 'none'
    running: boolean
  }
}

export type ReadinessOptions = {
  dispatcher: Dispatcher
  basePath: string
  agent: Agent
  hasAgent: boolean
  storage: Pick<Storage, 'probe' | 'shared'>
  clock: Clock
  isStopping(): boolean
}

/** Whether this gateway can do its work now. Parallel questions are one check. */
export function createReadiness(options: ReadinessOptions): () => Promise<Readiness> {
  const flight = createSingleFlight<Readiness>()
  let isAgentGood = false
  let agentKnownUntil = 0
  const checkAgent = async () => {
    if (!options.hasAgent) return 'none'
    if (options.clock.now() < agentKnownUntil) return isAgentGood
    isAgentGood = await succeeds(() => options.agent.check())
    agentKnownUntil = options.clock.now() + (isAgentGood ? agentGoodForMs : agentBadForMs)
    return isAgentGood
  }
  const check = async (): Promise<Readiness> => {
    const [chat, agent, database] = await Promise.all([
      isChatThere(options),
      checkAgent(),
      succeeds(() => options.storage.probe()),
    ])
    const running = !options.isStopping()
    const ready = chat && agent !== false && database && running
    const redis = options.storage.shared()
    return { ready, checks: { chat, agent, database, redis, running } }
  }
  return () => flight.run('check', check)
}

async function isChatThere({ dispatcher, basePath }: ReadinessOptions): Promise<boolean> {
  return succeeds(async () => {
    const signal = AbortSignal.timeout(timeoutMs)
    const path = `${basePath}/api/info`
    const { statusCode, body } = await dispatcher.request({ method: 'GET', path, signal })
    await body.dump()
    if (statusCode !== 200) throw new Error('not ready')
  })
}

async function succeeds(work: () => unknown): Promise<boolean> {
  try {
    await work()
    return true
  } catch {
    return false
  }
}

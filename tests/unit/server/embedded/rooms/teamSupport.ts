// What comes over the wire is checked by the expectations, not by types.
/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return */
import type { Json, RestClient } from '../support'

/** What tests of teams ask again and again; `usually` is who asks when nobody is named. */
export const teamCalls = (usually: () => RestClient) => {
  let count = 0
  return {
    create: async (input: object = {}, who = usually()): Promise<Json> => {
      const name = `team${(count += 1)}`
      const answer = await who.post('teams.create', { name, type: 0, ...input })
      expect(answer.status).toBe(200)
      return answer.body.team
    },
    channel: async (who = usually(), kind: 'channels' | 'groups' = 'channels'): Promise<Json> => {
      const name = `room${(count += 1)}`
      const { body } = await who.post(`${kind}.create`, { name })
      return body.channel ?? body.group
    },
    names: async (team: Json, who = usually()): Promise<string[]> => {
      const { body } = await who.get(`teams.members?teamId=${team._id}`)
      return body.members.map((one: Json) => one.user.username)
    },
    lines: async (rid: string, who = usually()): Promise<Json[]> => {
      const since = '1970-01-01T00:00:00Z'
      const { body } = await who.get(`chat.syncMessages?roomId=${rid}&lastUpdate=${since}`)
      return body.result.updated.map(({ t, msg, u }: Json) => [t, msg, u.username]).reverse()
    },
    own: async (rid: string, who: RestClient): Promise<Json | null> =>
      (await who.get(`subscriptions.getOne?roomId=${rid}`)).body.subscription,
  }
}

import type { Calls, World } from './world'

type Team = { name: string; teamId: string; roomId: string }

/** A new private team of ann with bob in it. */
const team = async (w: World): Promise<Team> => {
  const name = w.name()
  const { body } = await w.ann.post('teams.create', { name, type: 1, members: [w.bob.userId] })
  const made = body.team as { _id: string; roomId: string }
  return { name, teamId: made._id, roomId: made.roomId }
}

/** A team and a channel of ann in it. */
const teamWithRoom = async (w: World): Promise<Team & { rid: string }> => {
  const made = await team(w)
  const rid = await w.channel()
  await w.ann.post('teams.addRooms', { teamId: made.teamId, rooms: [rid] })
  return { ...made, rid }
}

export const teamCalls: Calls = {
  'GET teams.info 200': async (w) => w.ann.get(`teams.info?teamId=${(await team(w)).teamId}`),
  'GET teams.info 400': (w) => w.ann.get('teams.info?teamName=nowhere'),
  'GET teams.info 403': async (w) =>
    (await w.person()).get(`teams.info?teamName=${(await team(w)).name}`),
  'GET teams.list 200': async (w) => {
    const person = await w.person()
    await person.post('teams.create', { name: w.name(), type: 0 })
    return person.get('teams.list')
  },
  'GET teams.listRooms 200': async (w) =>
    w.ann.get(`teams.listRooms?teamId=${(await teamWithRoom(w)).teamId}`),
  'GET teams.listRooms 400': async (w) =>
    (await w.person()).get(`teams.listRooms?teamId=${(await team(w)).teamId}`),
  'GET teams.members 200': async (w) => w.ann.get(`teams.members?teamId=${(await team(w)).teamId}`),
  'POST teams.create 200': (w) => w.ann.post('teams.create', { name: w.name(), type: 0 }),
  'POST teams.create 400': async (w) =>
    w.ann.post('teams.create', { name: (await team(w)).name, type: 0 }),
  'POST teams.addMembers 200': async (w) => {
    const { userId } = await w.person()
    const { name } = await team(w)
    return w.ann.post('teams.addMembers', {
      teamName: name,
      members: [{ userId, roles: ['owner'] }],
    })
  },
  'POST teams.addRooms 200': async (w) => {
    const { teamId } = await team(w)
    return w.ann.post('teams.addRooms', { teamId, rooms: [await w.channel()] })
  },
  'POST teams.addRooms 400': async (w) =>
    w.ann.post('teams.addRooms', { teamId: (await team(w)).teamId, rooms: ['nowhere'] }),
  'POST teams.addRooms 403': async (w) => {
    const { teamId } = await team(w)
    return w.bob.post('teams.addRooms', { teamId, rooms: [await w.channel()] })
  },
  'POST teams.convertToChannel 200': async (w) =>
    w.ann.post('teams.convertToChannel', { teamName: (await team(w)).name }),
  'POST teams.delete 200': async (w) =>
    w.ann.post('teams.delete', { teamName: (await team(w)).name }),
  'POST teams.leave 200': async (w) =>
    w.bob.post('teams.leave', { teamName: (await team(w)).name }),
  'POST teams.leave 400': async (w) =>
    w.ann.post('teams.leave', { teamName: (await team(w)).name }),
  'POST teams.removeMember 200': async (w) =>
    w.ann.post('teams.removeMember', { teamName: (await team(w)).name, userId: w.bob.userId }),
  'POST teams.removeMember 400': async (w) =>
    w.ann.post('teams.removeMember', { teamName: (await team(w)).name, userId: w.ann.userId }),
  'POST teams.removeRoom 200': async (w) => {
    const { teamId, rid } = await teamWithRoom(w)
    return w.ann.post('teams.removeRoom', { teamId, roomId: rid })
  },
  'POST teams.removeRoom 403': async (w) => {
    const { teamId, rid } = await teamWithRoom(w)
    return w.bob.post('teams.removeRoom', { teamId, roomId: rid })
  },
  'POST teams.update 200': async (w) =>
    w.ann.post('teams.update', { teamId: (await team(w)).teamId, data: { name: w.name() } }),
  'POST teams.update 403': async (w) =>
    w.bob.post('teams.update', { teamId: (await team(w)).teamId, data: { name: w.name() } }),
  'POST teams.updateMember 200': async (w) =>
    w.ann.post('teams.updateMember', {
      teamName: (await team(w)).name,
      member: { userId: w.bob.userId, roles: ['owner'] },
    }),
  'POST teams.updateRoom 200': async (w) =>
    w.ann.post('teams.updateRoom', { roomId: (await teamWithRoom(w)).rid, isDefault: true }),
  'POST teams.updateRoom 403': async (w) =>
    w.bob.post('teams.updateRoom', { roomId: (await teamWithRoom(w)).rid, isDefault: true }),
  'POST channels.convertToTeam 200': async (w) =>
    w.ann.post('channels.convertToTeam', { channelId: await w.channel() }),
  'POST channels.convertToTeam 400': (w) => w.ann.post('channels.convertToTeam', {}),
  'POST channels.convertToTeam 403': async (w) =>
    w.bob.post('channels.convertToTeam', { channelId: await w.channel() }),
  'POST groups.convertToTeam 200': async (w) =>
    w.ann.post('groups.convertToTeam', { roomId: await w.group() }),
  'POST groups.convertToTeam 400': (w) => w.ann.post('groups.convertToTeam', {}),
  'POST groups.convertToTeam 403': async (w) =>
    w.bob.post('groups.convertToTeam', { roomId: await w.group() }),
}

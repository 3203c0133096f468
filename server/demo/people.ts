/**
 * The people of the demo: accounts of the business demo directory (gateway) and users of the demo data (embedded
 * Rocket.Chat). The passwords belong to the business directory only and are printed at start; the chat accounts get
 * random secrets. Turn the demo off with DEMO=0.
 */
export type DemoPerson = {
  /** Business user id; stays the same when somebody is renamed. */
  userId: number
  username: string
  name: string
  email: string
  password: string
}

export const demoPeople: readonly DemoPerson[] = [
  {
    userId: 1,
    username: 'alice',
    name: 'Alice Chen 陈爱丽',
    email: 'alice@example.com',
    password: 'alice-demo',
  },
  {
    userId: 2,
    username: 'bob',
    name: 'Bob Martin',
    email: 'bob@example.com',
    password: 'bob-demo',
  },
  {
    userId: 3,
    username: 'xiaoming',
    name: '李晓明',
    email: 'xiaoming@example.com',
    password: 'xiaoming-demo',
  },
  {
    userId: 4,
    username: 'wangfang',
    name: '王芳',
    email: 'wangfang@example.com',
    password: 'wangfang-demo',
  },
  {
    userId: 5,
    username: 'carlos',
    name: 'Carlos Núñez',
    email: 'carlos@example.com',
    password: 'carlos-demo',
  },
  {
    userId: 6,
    username: 'zhangwei',
    name: '张伟',
    email: 'zhangwei@example.com',
    password: 'zhangwei-demo',
  },
]

/** Addresses of the pages, as `pages.json` declares them. */
export const routes = {
  conversations: '/src/pages/conversations/conversations',
  signIn: '/src/pages/signin/signin',
  room: '/src/pages/room/room',
  settings: '/src/pages/settings/settings',
} as const

export function install(): void
export function build(platform: string, options?: { always?: boolean }): boolean
export function hashOf(paths: readonly string[]): string

export const programs: { server: string; embedded: string }
export class CompileError extends Error {}
export function compile(entry: string, root?: string): Promise<string>

export type NamedSize = { name: string; bytes: number }
export const budgets: { mpMainBytes: number; mpSubPackageBytes: number; h5InitialGzipBytes: number }
export function filesOf(folder: string): NamedSize[]
export function measureMiniProgram(folder: string): {
  mainBytes: number
  biggest: NamedSize[]
  subPackages: { root: string; bytes: number }[]
}
export function measureH5(
  folder: string,
  page?: string,
): { files: (NamedSize & { gzipBytes: number })[]; gzipBytes: number }
export function reportSizes(buildFolder: string): { lines: string[]; problems: string[] }

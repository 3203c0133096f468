// What `npm test` runs and how it counts.
const allProjects = ['unit', 'server', 'h5', 'mp', 'app']

/** Builds that the tests of a project execute. */
const buildsOf = {
  unit: [],
  server: [],
  h5: ['h5'],
  mp: ['mp-weixin', 'h5'],
  app: ['app', 'h5'],
}

/**
 * @param args what stands behind `npm test --`: names of projects, everything else is a pattern of test files.
 * @returns isComplete: whether everything is run, sizes included.
 */
export function planRun(args) {
  const named = allProjects.filter((project) => args.includes(project))
  const patterns = args.filter((argument) => !allProjects.includes(argument))
  const projects = named.length > 0 ? named : allProjects
  const builds = ['h5', 'mp-weixin', 'app'].filter((platform) =>
    projects.some((project) => buildsOf[project].includes(platform)),
  )
  return { projects, patterns, builds, isComplete: args.length === 0 }
}

/**
 * @param exitCode of the jest process.
 * @param result jest's JSON result; undefined when it wrote none.
 * @returns numbers of tests; a run that crashed, or a file that could not be loaded, counts as one failed test.
 */
export function countResults(exitCode, result) {
  if (!result) return { passed: 0, failed: 1 }
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = result
  const failed = numFailedTests + numRuntimeErrorTestSuites
  const isUnexplained = exitCode !== 0 && failed === 0
  return { passed: numPassedTests, failed: isUnexplained ? 1 : failed }
}

const tokenQuery = /[?&](?:rc_token|rc_uid|token|access_token|authToken|resume)=/i
const filePath = /^\/(?:avatar|file-upload)\/[A-Za-z0-9._~!$&'()*+,;=:@%/-]+$/
/** Some servers cut `;` and what follows off a segment before they read it. */
const dotSegment =
  /(?:^|\/|%(?:25)*(?:2f|5c))(?:\.|%(?:25)*2e){1,2}(?:$|\/|;|%(?:25)*(?:2f|5c|3b))/i

/** Whether an address carries what only belongs into headers (gateway reference 7, items 13 and 23). */
export function mentionsToken(url: string): boolean {
  return tokenQuery.test(url)
}

/**
 * Whether a path, as it came and without its query, is an avatar or an uploaded file, and cannot be read by another
 * server as one outside these folders, also when it is encoded (once or more).
 */
export function isFilePath(path: string): boolean {
  return filePath.test(path) && !dotSegment.test(path)
}

/** Numbers that differ per platform. */

/** Least time between two updates of the screen in ms: WeChat asks for few setData calls (performance reference 2.2). */
export const flushIntervalMs = process.env.UNI_PLATFORM === 'mp-weixin' ? 100 : 50

/** Most components that incoming messages may draw per second; in a mini-program each is a setData call (design, 5). */
export const maxDrawsPerSecond = process.env.UNI_PLATFORM === 'mp-weixin' ? 10 : Infinity

/**
 * How long the socket stays open in the background, in ms. A hidden browser tab goes on for a while, because people switch
 * tabs all the time; a phone's App or mini-program is closed by the system soon anyway.
 */
export const backgroundGraceMs = process.env.UNI_PLATFORM === 'h5' ? 300_000 : 10_000

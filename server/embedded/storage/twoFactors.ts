import type { SqlDriver } from './driver'

/**
 * The second factor of an account. It is no part of the account's document, so it cannot leak with it. The secret is
 * stored as it is, as Rocket.Chat does: the server needs it to check codes, so the key of a sealed one would lie in the
 * same folder and in the same backups, and who loses that key locks everybody out. The data file, which holds messages
 * and password hashes too, is readable by its owner alone.
 */
export type TwoFactor = {
  /** Base32; null while no authenticator is in use. */
  secret: string | null
  /** Shown to the user and not confirmed by a code yet. */
  pending: string | null
  /** SHA-256 of the one-time codes that are left. */
  codes: string[]
  /** The time step of the last sign-in, so that nobody signs in twice with one code. */
  lastStep: number
}

export const noTwoFactor: TwoFactor = { secret: null, pending: null, codes: [], lastStep: 0 }

type Row = Omit<TwoFactor, 'codes'> & { codes: string }

export type TwoFactors = ReturnType<typeof createTwoFactors>

export const createTwoFactors = (driver: SqlDriver) => ({
  get: (uid: string): TwoFactor => {
    const row = driver.get<Row>(
      'SELECT secret, pending, codes, last_step AS lastStep FROM two_factors WHERE uid = ?',
      uid,
    )
    return row === undefined ? noTwoFactor : { ...row, codes: JSON.parse(row.codes) as string[] }
  },
  save: (uid: string, factor: TwoFactor): void =>
    void driver.run(
      `INSERT INTO two_factors (uid, secret, pending, codes, last_step) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (uid) DO UPDATE SET secret = excluded.secret, pending = excluded.pending,
         codes = excluded.codes, last_step = excluded.last_step`,
      uid,
      factor.secret,
      factor.pending,
      JSON.stringify(factor.codes),
      factor.lastStep,
    ),
  remove: (uid: string): void => void driver.run('DELETE FROM two_factors WHERE uid = ?', uid),
})

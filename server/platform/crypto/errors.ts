/** A sealed value does not open: changed, cut, moved to another row or column, or sealed with another key. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken'
}

/** The data key was destroyed: what it sealed is erased for good. */
export class KeyDestroyed extends Error {
  override readonly name = 'KeyDestroyed'
}

/** No such data key: the keyring's backup is older than the data's, or the id is wrong. */
export class KeyMissing extends Error {
  override readonly name = 'KeyMissing'
}

/** A data key is wrapped by a master key that was not given to this process. */
export class MasterKeyMissing extends Error {
  override readonly name = 'MasterKeyMissing'
}

/** The keys were dropped from memory by the lock command. */
export class KeyRingLocked extends Error {
  override readonly name = 'KeyRingLocked'
}

/** A key file is absent, too short or not a key. Never says what is in it. */
export class BadKeyFile extends Error {
  override readonly name = 'BadKeyFile'
}

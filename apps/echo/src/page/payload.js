const pattern = "the quick brown fox jumps over the lazy dog. ";

/** Readable ASCII of just that many bytes. @param {number} size @returns {string} */
export function payload(size) {
  return pattern.repeat(Math.ceil(size / pattern.length)).slice(0, size);
}

/** Comparing secrets. Pure. */

/** Tells whether two texts are the same, in a time that does not tell where they differ. */
export function equalSecrets(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}

/** For how long a certificate is made. Pure. */

/** Days of validity. Apple's clients refuse more than 825, whoever has issued the certificate. */
export const validityDays = { least: 1, most: 825, usual: 397 } as const;

/** How many deliveries one relay may have under way at once. */
export const concurrencyRange = { min: 1, max: 32, default: 4 } as const;

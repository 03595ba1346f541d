/** What an access token is asked for with (RFC 6749): plain data, which crosses threads with the relay it belongs to. */

/** How to get an access token, and for what. Holds secrets: never printed. */
export type TokenGrant = ClientCredentials | ServiceAccount;

/** The application asks for itself (RFC 6749 section 4.4), as Microsoft 365 has it. */
export interface ClientCredentials {
  readonly kind: "client_credentials";
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
}

/** A service account asks, with a signed statement, in the name of a mailbox (RFC 7523), as Google Workspace has it. */
export interface ServiceAccount {
  readonly kind: "service_account";
  readonly tokenEndpoint: string;
  readonly clientEmail: string;
  /** PKCS#8 as PEM; RSA. */
  readonly privateKey: string;
  /** Names the key among those of the account; `null` where the key's file does not say. */
  readonly privateKeyId: string | null;
  /** The mailbox. */
  readonly subject: string;
  readonly scope: string;
}

/** Where access tokens come from. */
export interface TokenSource {
  /**
   * A token that is good for a while yet.
   *
   * @throws {DispatchError} `provider_refused` (permanent) with the provider's words, `provider_unreachable` (temporary)
   */
  token(grant: TokenGrant, signal: AbortSignal): Promise<string>;
  /** The server would not have `token`: the next one is another. */
  discard(grant: TokenGrant, token: string): void;
}

/** What the program that holds the command line supplies. */
import type { CertificateCheck } from "../../core/operations/certificate_check.ts";
import type { OperationContext, VersionDocument } from "../../core/operations/operation_context.ts";
import type { Environment } from "../environment.ts";
import type { SpoolFileRecovery } from "../recover_spool.ts";
import type { MaterialInput } from "./given_material.ts";

/** The files of a data directory, opened without a service. */
export interface OfflineDispatch {
  readonly context: OperationContext;
  close(): Promise<void>;
}

/** What the program that holds the command line supplies. */
export interface CliRuntime {
  readonly version: VersionDocument;
  /**
   * The bootstrap settings of this process; `dataDirectory` stands in for `DISPATCH_DATA_DIR`.
   *
   * @throws {DispatchError} `environment_unknown`
   */
  readEnvironment(dataDirectory: string | undefined): Environment;
  /** Opens the files of a data directory that no service runs on. */
  openOffline(environment: Environment): Promise<OfflineDispatch>;
  /** Whether there is a Dispatch, running or not: a database that this process can see. */
  hasData(environment: Environment): boolean;
  /**
   * Checks certificate files with nothing but the rules: nothing is opened, nothing made.
   *
   * @param serverName default: what `listener.server_name` is where nothing but the environment is configured
   */
  checkCertificate(
    environment: Environment,
    input: MaterialInput,
    serverName: string | undefined,
  ): Promise<CertificateCheck>;
  /** Recovers the spool of a data directory that no service runs on. */
  recoverSpool(environment: Environment): Promise<SpoolFileRecovery>;
  /** Runs the service until it is told to stop; resolves to the exit code. */
  serve(environment: Environment): Promise<number>;
}

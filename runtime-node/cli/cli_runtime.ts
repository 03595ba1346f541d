/** What the program that holds the command line supplies. */
import type { OperationContext, VersionDocument } from "../../core/operations/operation_context.ts";
import type { Environment } from "../environment.ts";
import type { SpoolFileRecovery } from "../recover_spool.ts";

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
  /** Recovers the spool of a data directory that no service runs on. */
  recoverSpool(environment: Environment): Promise<SpoolFileRecovery>;
  /** Runs the service until it is told to stop; resolves to the exit code. */
  serve(environment: Environment): Promise<number>;
}

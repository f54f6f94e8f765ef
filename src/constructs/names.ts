/** Names of the stack's objects, all made from one prefix, so that two stacks can live side by side. */
export class StackNames {
  /** @param prefix beginning of every name, a DNS label of at most 20 characters */
  constructor(readonly prefix: string) {}

  /** Secret with the OpenSearch account. */
  get credentials(): string {
    return `${this.prefix}-opensearch-auth`;
  }
  /** Data Prepper. */
  get shipper(): string {
    return `${this.prefix}-shipper`;
  }
  get output(): string {
    return `${this.prefix}-output`;
  }
  /** Output for records that a filter or a buffer refused. */
  get errorOutput(): string {
    return `${this.prefix}-output-errors`;
  }
  get flow(): string {
    return `${this.prefix}-flow`;
  }
  /** Logging and FluentbitAgent. */
  get logging(): string {
    return `${this.prefix}-logging`;
  }
  get hostLogs(): string {
    return `${this.prefix}-host-logs`;
  }
  get events(): string {
    return `${this.prefix}-events`;
  }
  get operator(): string {
    return `${this.prefix}-logging-operator`;
  }
  get agent(): string {
    return `${this.prefix}-agent`;
  }
  /** ConfigMap that lists what was applied, by the agent or by the command. */
  get inventory(): string {
    return `${this.prefix}-inventory`;
  }
  /** Lease that whoever applies the stack must hold. */
  get lock(): string {
    return `${this.prefix}-apply`;
  }
}

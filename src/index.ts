// The public library: what other cdk8s apps may build on. Everything not listed here may change at any time.

// A set of objects in a cluster: bring it there, compare, look, take it out.
export { type ApplyResult, applySet } from './apply/apply.js';
export type { ApplyOptions } from './apply/apply-options.js';
export { type DeleteOptions, type DeleteResult, deleteSet } from './apply/delete.js';
export { type DiffOptions, diffSet, type ObjectDiff } from './apply/diff/diff-set.js';
export type { OwningTool } from './apply/fields/gitops-marks.js';
export type { Health, HealthState } from './apply/health/health.js';
export type { SettleOptions } from './apply/health/settle.js';
export type { InventoryPhase } from './apply/inventory/inventory.js';
export type { ConflictAnswer, ConflictPolicy } from './apply/plan/policy.js';
export { aggregatorDrain } from './apply/removal/aggregator-drain.js';
export type { Drain } from './apply/removal/drain.js';
export type { PruneOptions } from './apply/removal/prune.js';
export type { TakeDownOptions } from './apply/removal/take-down.js';
export type {
  EngineEvent,
  ObjectAction,
  ObjectEvent,
  OnEvent,
  PendingObject,
  StepEvent,
  WaitingEvent,
  WarningEvent,
} from './apply/session/engine-events.js';
export type { Counts } from './apply/session/report.js';
export type { SessionOptions } from './apply/session/session.js';
export type { LockWaits } from './apply/session/take-lock.js';
export { type ApplySet, setIdOf, setNamed } from './apply/set/apply-set.js';
export type { ObjectRef } from './apply/set/object-ref.js';
export type { ObjectStatus } from './apply/status/object-status.js';
export type { PartName } from './apply/status/parts.js';
export { type PartStatus, readStatus, type SetStatus } from './apply/status/status.js';
// Errors.
export { type ErrorCode, formatProblem, OpniLoggingError, type Problem } from './common/error.js';
export { LatestWins } from './common/latest-wins.js';
// Lines of JSON, for programs that run what is below.
export {
  createLogger,
  type LogFields,
  type Logger,
  type LoggerOptions,
  type LogLevel,
} from './common/log.js';
export { METRICS_CONTENT_TYPE } from './common/metrics.js';
export { VERSION } from './common/version.js';
export type { LoadedCluster, LoadedFleet } from './config/fleet.js';
// Configuration: files or values in, a validated and defaulted model out.
export { type LoadOptions, loadConfigs, loadConfigText } from './config/load.js';
export { resolveConfig } from './config/resolve.js';
export { API_VERSION, CONFIG_SCHEMA } from './config/schema/schema.js';
export type * from './config/types.js';
export type { AggregatorProps } from './constructs/aggregator.js';
export { ClusterFlow, type ClusterFlowProps } from './constructs/cluster-flow.js';
export { ClusterOutput, type ClusterOutputProps } from './constructs/cluster-output.js';
export { DataPrepper, type DataPrepperProps } from './constructs/data-prepper.js';
export type {
  DataPrepperBuffer,
  DataPrepperIntake,
  DataPrepperOpenSearch,
} from './constructs/data-prepper-config.js';
export { EventsForwarder, type EventsForwarderProps } from './constructs/events-forwarder.js';
export { Flow, type FlowProps } from './constructs/flow.js';
// Its parts, from the nodes to OpenSearch.
export { HostLogs, type HostLogsProps } from './constructs/host-logs.js';
export { type ImageParts, Images } from './constructs/images.js';
export { KubeObject } from './constructs/kube-object.js';
export type { KubernetesObject } from './constructs/kubernetes-object.js';
export type { PodSelector } from './constructs/labels.js';
export {
  ERROR_BUFFER_BYTES,
  LogAdapter,
  type LogAdapterProps,
  type LoggingScope,
} from './constructs/log-adapter.js';
export { LoggingAgent, type LoggingAgentProps } from './constructs/logging-agent.js';
export { LoggingCrds, type LoggingCrdsProps } from './constructs/logging-crds.js';
export { LoggingOperator, type LoggingOperatorProps } from './constructs/logging-operator.js';
// The whole stack.
export { LoggingStack, type LoggingStackProps } from './constructs/logging-stack.js';
export { NetworkPolicies, type NetworkPoliciesProps } from './constructs/network-policies.js';
export { Output, type OutputProps } from './constructs/output.js';
export type { WorkloadProps } from './constructs/pod.js';
export type { PodLogsProps } from './constructs/pod-logs.js';
export { StackNamespace, type StackNamespaceProps } from './constructs/stack-namespace.js';

// What the distributions log outside of pods.
export type { Distribution, FileSource, JournalSource } from './distributions/distribution.js';
export { distributionOf, type HostSources, hostSources } from './distributions/host-sources.js';
// The events forwarder as a program.
export type { EventsSettings, ShippingSettings } from './events/config/events-settings.js';
export { type EventsConfigOptions, readEventsConfig } from './events/config/read-events-config.js';
export { Forwarder, type ForwarderOptions } from './events/forwarder.js';
export type { ForwarderMetrics } from './events/forwarder-metrics.js';
export type { Activity, Health as ForwarderHealth, HealthProblem } from './events/health.js';
// The API server of a cluster.
export { Cluster } from './kube/cluster.js';
export { connectToCluster } from './kube/connect.js';
export type { LiveObject } from './kube/live-object.js';
// Rules over rendered objects.
export type { LintContext } from './lint/context.js';
export { lintObjects } from './lint/lint.js';
// Constructs in, ordered objects out.
export { renderObjects } from './synth/render.js';
export { type SynthesizeOptions, synthesizeToFolder } from './synth/synthesize.js';

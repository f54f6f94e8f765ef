import type { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { ClusterConfig } from '../src/config/types.js';
import { AgentChart } from './agent-chart.js';
import { LoggingChart } from './logging-chart.js';

/**
 * The chart that a cluster's configuration asks for: the agent where one is configured, else the stack itself. Both
 * would fight over the same objects.
 */
export function addClusterChart(scope: Construct, config: ClusterConfig): Chart {
  const { apiVersion: _, agent, ...stack } = config;
  return agent
    ? new AgentChart(scope, config.cluster.name, config)
    : new LoggingChart(scope, config.cluster.name, stack);
}

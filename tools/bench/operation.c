// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "operation.h"

const struct operation operations[] = {
	{
		.name = "roundtrip",
		.run = roundtrip_run,
	},
	{
		.name = "oneway",
		.run = oneway_run,
	},
	{
		.name = "roundtrip-100k-names",
		.baseline = "roundtrip",
		.population = 100000,
		.run = crowded_names_run,
	},
	{
		.name = "roundtrip-100k-handles",
		.baseline = "roundtrip",
		.population = 100000,
		.run = crowded_handles_run,
	},
	{
		.name = "roundtrip-10k-endpoints",
		.baseline = "roundtrip",
		.population = 10000,
		.run = crowded_endpoints_run,
	},
	{
		.name = "lookup-10-names",
		.baseline = "lookup-10-names",
		.population = 10,
		.run = lookup_run,
	},
	{
		.name = "lookup-100k-names",
		.baseline = "lookup-10-names",
		.population = 100000,
		.run = lookup_run,
	},
	{
		.name = "queue-self",
		.run = queue_self_run,
	},
	{
		.name = "queue-batch32",
		.baseline = "queue-self",
		.run = queue_batch_run,
	},
	{
		.name = "queue-depth",
		.baseline = "queue-depth-1",
		.run = queue_depth_run,
	},
	{
		.name = "queue-priorities",
		.baseline = "queue-depth-1",
		.run = queue_priorities_run,
	},
	{
		.name = "broadcast",
		.run = broadcast_run,
	},
	{
		.name = "publish",
		.run = publish_run,
	},
	{
		.name = "stream",
		.run = stream_run,
	},
	{
		.name = "latency",
		.timed = true,
		.run = latency_run,
	},
	{
		.name = "pairs",
		.timed = true,
		.run = pairs_run,
	},
	{
		.name = "stream-rate",
		.timed = true,
		.run = stream_rate_run,
	},
	{ 0 },
};

bool bench_wants(const struct bench *bench, const char *system, size_t bytes)
{
	return (!bench->system || !strcmp(bench->system, system)) &&
	       (bench->bytes < 0 || (size_t)bench->bytes == bytes);
}

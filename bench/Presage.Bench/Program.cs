using Presage.Bench;
using Presage.Bench.Accuracy;
using Presage.Bench.PromQl;

return args switch
{
    ["codec", .. var rest] => CodecBenchmark.Run(rest),
    ["ingest", .. var rest] => await IngestBenchmark.RunAsync(rest),
    ["read", .. var rest] => await ReadBenchmark.RunAsync(rest),
    ["index", .. var rest] => await IndexBenchmark.RunAsync(rest),
    ["start", var folder] => await MemoryBenchmark.StartAsync(folder),
    ["memory", .. var rest] => await MemoryBenchmark.RunAsync(rest),
    ["write-path", .. var rest] => await WritePathBenchmark.RunAsync(rest),
    ["changes", .. var rest] => await ChangesBenchmark.RunAsync(rest),
    ["detect"] => DetectBenchmark.Run(),
    ["accuracy", .. var rest] => AccuracyBenchmark.Run(rest),
    ["watch", .. var rest] => await WatchBenchmark.RunAsync(rest),
    ["faults"] => FaultBenchmark.Run(each: 4),
    ["faults", var each] => FaultBenchmark.Run(int.Parse(each)),
    ["weeks"] => WeekBenchmark.Run(hosts: 6),
    ["weeks", var hosts] => WeekBenchmark.Run(int.Parse(hosts)),
    ["calibration"] => CalibrationBenchmark.Run(simulatedHosts: 12),
    ["calibration", var hosts] => CalibrationBenchmark.Run(int.Parse(hosts)),
    ["ingest-http", .. var rest] => await IngestHttpBenchmark.RunAsync(rest),
    ["promql-data", var folder] => await PromQlData.RunAsync(folder, hosts: 100),
    ["promql-data", var folder, var hosts] => await PromQlData.RunAsync(folder, int.Parse(hosts)),
    ["promql-parts", var folder, .. var only] => await QueryParts.RunAsync(folder, only.FirstOrDefault()),
    ["promql", var folder, var program] => await PromQlBenchmark.RunAsync(folder, program, rounds: 100, null),
    ["promql", var folder, var program, var rounds, .. var only] =>
        await PromQlBenchmark.RunAsync(folder, program, int.Parse(rounds), only.FirstOrDefault()),
    ["promql-compare", var program, .. var rest] => await CompareServers.RunAsync(
        program, rest.Length > 0 ? int.Parse(rest[0]) : 2000, rest.Length > 1 ? uint.Parse(rest[1]) : 1,
        rest.ElementAtOrDefault(2)),
    ["sustained", .. var rest] => await SustainedBenchmark.RunAsync(rest),
    ["shortened", .. var rest] => await ShortenedTime.RunPresageAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        "Usage: dotnet run -c Release --project bench/Presage.Bench -- codec [SCRAPES.gz] | ingest [FOLDER] | " +
        "write-path [HOSTSxSERIES [PER_REQUEST [shuffled|in-order [ROUNDS]]]] | ingest-http [OPTIONS] | " +
        "sustained [OPTIONS] | read [HOSTS] | index [SERIES [FOLDER]] | detect | " +
        "changes | watch [OPTIONS] | accuracy [--detectors A,B] [--sets A,B] | calibration [HOSTS] | faults [EACH] | " +
        "weeks [HOSTS] | " +
        "memory [SERIES [HOURS [SCRAPE_SECONDS [JITTER_MS [FOLDER]]]]] | start FOLDER | " +
        "promql-data FOLDER [HOSTS] | promql FOLDER PRESAGE.dll [ROUNDS [QUERY]] | " +
        "promql-parts FOLDER [QUERY] | promql-compare PRESAGE.dll [COUNT [SEED [EXPRESSION]]]");
    return 2;
}

using Presage.Bench;

return args switch
{
    ["codec", .. var rest] => CodecBenchmark.Run(rest),
    ["ingest", .. var rest] => await IngestBenchmark.RunAsync(rest),
    ["memory", .. var rest] => await MemoryBenchmark.RunAsync(rest),
    ["ingest-http", .. var rest] => await IngestHttpBenchmark.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        "Usage: dotnet run -c Release --project bench/Presage.Bench -- codec [SCRAPES.gz] | ingest [FOLDER] | " +
        "ingest-http [OPTIONS] | " +
        "memory [SERIES [HOURS [SCRAPE_SECONDS [JITTER_MS]]]]");
    return 2;
}

namespace Presage.Query;

/// <summary>What a query cost.</summary>
/// <param name="SeriesRead">Series decoded, each once per selector.</param>
/// <param name="SamplesRead">Samples decoded.</param>
/// <param name="PeakSamples">The most points held in memory at one moment.</param>
public readonly record struct QueryStatistics(long SeriesRead, long SamplesRead, long PeakSamples);

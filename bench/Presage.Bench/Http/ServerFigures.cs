namespace Presage.Bench;

/// <summary>What was measured of one server in one run.</summary>
sealed class ServerFigures(MeasuredServer server, long startBytes)
{
    readonly double _startCpu = server.CpuSeconds;
    double _afterFirst;
    double _warm;

    public MeasuredServer Server => server;

    /// <summary>CPU of the rounds after those for warming up, background work included.</summary>
    public double CpuMicroseconds { get; private set; }

    /// <summary>CPU a sample of the first round, in which every series is new.</summary>
    public double FirstMicroseconds { get; private set; }

    public long ResidentBytes { get; private set; }

    /// <summary>Resident memory beyond that of the server at rest, a series.</summary>
    public double BytesPerSeries { get; private set; }

    public double DiskBytesPerSample { get; private set; }

    public void FirstRoundDone() => _afterFirst = server.CpuSeconds;

    public void WarmedUp() => _warm = server.CpuSeconds;

    /// <summary>Takes the last figures and stops the server.</summary>
    public async Task FinishAsync(long samplesCounted, int series, long samples)
    {
        CpuMicroseconds = (server.CpuSeconds - _warm) * 1e6 / samplesCounted;
        FirstMicroseconds = (_afterFirst - _startCpu) * 1e6 / series;
        ResidentBytes = server.ResidentBytes;
        BytesPerSeries = (double)(ResidentBytes - startBytes) / series;
        await server.StopAsync();
        DiskBytesPerSample = (double)server.DiskBytes / samples;
    }
}

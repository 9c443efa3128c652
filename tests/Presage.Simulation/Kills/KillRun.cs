using System.Diagnostics;
using System.Net.Http.Headers;
using Presage.Protocols.Prometheus;

namespace Presage.Simulation;

/// <summary>
/// Kills the real server with SIGKILL at random moments while senders write: under load, while it recovers, while it
/// stops. After every start, what it shows is compared with what it had acknowledged.
/// </summary>
sealed class KillRun(string server, string data, int count, ulong seed, TimeSpan patience)
{
    const int Senders = 3;
    const int SeriesPerSender = 15;

    readonly Generator _random = new(seed);
    readonly Ledger[] _ledgers =
        [.. Enumerable.Range(0, Senders).Select(static i => new Ledger(i, SeriesPerSender))];
    readonly long[] _newestMs = new long[Senders];
    long _compared;
    long _batches;

    /// <summary>Runs it; returns whether nothing was lost.</summary>
    public async Task<bool> RunAsync()
    {
        var clock = Stopwatch.StartNew();
        long startMs = NowMs();
        long sinceMs = startMs - 10_000;
        int killed = 0;
        try
        {
            for (; killed < count; killed++)
            {
                sinceMs = await RoundAsync(sinceMs);
                if ((killed + 1) % 25 == 0)
                {
                    Console.WriteLine(
                        $"{killed + 1} kills, {_ledgers.Sum(static l => l.Acknowledged)} samples acknowledged, " +
                        $"{_compared} compared, {clock.Elapsed.TotalSeconds:F0} s");
                }
            }

            using var last = ServerProcess.Start(server, data, patience);
            await last.ReadyAsync();
            _compared = 0;
            for (long fromMs = startMs - 10_000; fromMs < NowMs() + 10_000; fromMs += 59_000)
            {
                await CompareAsync(last, fromMs, fromMs + 60_000);
            }
        }
        catch (SimulationFailedException e)
        {
            Console.WriteLine($"FAILED after {killed} kills: {e.Message}");
            return false;
        }

        Console.WriteLine(
            $"{killed} kills in {clock.Elapsed.TotalSeconds:F0} s (seed {seed}): {_batches} batches, " +
            $"{_ledgers.Sum(static l => l.Acknowledged)} samples acknowledged; at the end {_compared} distinct ones " +
            "compared, none lost or changed");
        return true;
    }

    async Task<long> RoundAsync(long sinceMs)
    {
        using var process = ServerProcess.Start(server, data, patience);
        if (_random.Chance(0.1))
        {
            // While it starts: it may be reading the journal.
            await WaitAsync(_random.Below(600));
            await process.KillAsync();
            return sinceMs;
        }

        await process.ReadyAsync();
        await CompareAsync(process, sinceMs, NowMs() + 5_000);
        long roundMs = NowMs() - 6_000;
        var senders = Enumerable.Range(0, Senders).Select(i => SendAsync(process, i, _random.Bits())).ToArray();
        await WaitAsync(_random.Below(700));
        if (_random.Chance(0.2))
        {
            // While it stops: it may be writing blocks.
            process.AskToStop();
            await WaitAsync(_random.Below(250));
        }

        await process.KillAsync();
        await Task.WhenAll(senders);
        return roundMs;
    }

    async Task CompareAsync(ServerProcess process, long fromMs, long toMs)
    {
        foreach (var ledger in _ledgers)
        {
            try
            {
                _compared += await ledger.CompareAsync(process.Client, fromMs, toMs);
            }
            catch (SimulationFailedException e)
            {
                throw new SimulationFailedException($"{e.Message}\n{process.Output}");
            }
        }
    }

    async Task SendAsync(ServerProcess process, int sender, ulong senderSeed)
    {
        var random = new Generator(senderSeed);
        var encoder = new RemoteWriteEncoder();
        while (true)
        {
            long timestampMs = _newestMs[sender] = Math.Max(_newestMs[sender] + 1, NowMs());
            var batch = _ledgers[sender].Next(timestampMs, random);
            var content = new ReadOnlyMemoryContent(encoder.Encode(batch).ToArray());
            content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
            content.Headers.ContentEncoding.Add("snappy");
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/write") { Content = content };
                request.Headers.Add("X-Prometheus-Remote-Write-Version", "0.1.0");
                using var response = await process.Client.SendAsync(request);
                if (!response.IsSuccessStatusCode)
                {
                    // A server that stops refuses; it does not promise anything then.
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                return;
            }

            _ledgers[sender].Acknowledge();
            Interlocked.Increment(ref _batches);
        }
    }

    static long NowMs() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    static Task WaitAsync(int milliseconds) =>
        Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System);
}

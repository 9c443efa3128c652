using System.Diagnostics;

namespace Presage.Simulation;

/// <summary>
/// Gives changed bytes to every reader of foreign bytes: none may throw what it does not document, hang, or take memory
/// that the bytes do not justify.
/// </summary>
sealed class FuzzRun(TimeSpan time, ulong seed, string? only)
{
    const long AllocatedBytesMax = 512L << 20;

    static readonly TimeSpan OneMax = TimeSpan.FromSeconds(10);

    /// <summary>Runs all targets in turn; returns how many found something.</summary>
    public int Run()
    {
        FuzzTarget[] targets = [.. StorageTargets.All().Concat(ProtocolTargets.All()).Concat(ImportTargets.All())
            .Where(t => only is null || t.Name.Contains(only, StringComparison.Ordinal))];
        int failed = 0;
        foreach (var target in targets)
        {
            failed += Run(target, time / targets.Length) ? 0 : 1;
        }

        Console.WriteLine($"{targets.Length - failed} passed, {failed} failed");
        return failed;
    }

    bool Run(FuzzTarget target, TimeSpan share)
    {
        var clock = Stopwatch.StartNew();
        ulong count = 0;
        for (; clock.Elapsed < share; count++)
        {
            byte[] bytes = Mutation.Of(target.Seeds, new Generator(seed + count));
            if (Problem(target, bytes) is { } problem)
            {
                string file = Path.Combine(Path.GetTempPath(), $"presage-fuzz-{seed + count}.bin");
                File.WriteAllBytes(file, bytes);
                Console.WriteLine($"FAILED {target.Name} with seed {seed + count} (its bytes: {file}): {problem}");
                return false;
            }
        }

        Console.WriteLine($"{target.Name}: {count} inputs in {clock.Elapsed.TotalSeconds:F1} s");
        return true;
    }

    static string? Problem(FuzzTarget target, byte[] bytes)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        // CPU time: on a busy machine, or one that is paused, the clock on the wall proves nothing.
        var started = Environment.CpuUsage.TotalTime;
        try
        {
            target.Read([.. bytes]);
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}\n{e.StackTrace}";
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        var elapsed = Environment.CpuUsage.TotalTime - started;
        return allocated > AllocatedBytesMax ? $"It took {allocated >> 20} MB for {bytes.Length} bytes."
            : elapsed > OneMax ? $"It took {elapsed.TotalSeconds:F1} s for {bytes.Length} bytes."
            : null;
    }
}

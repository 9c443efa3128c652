using System.Diagnostics;

namespace Presage.Simulation;

/// <summary>Runs many seeds on several threads and tells of those that fail, shortened.</summary>
sealed class SeedRunner(ulong from, ulong count, TimeSpan timeMax, int threads)
{
    const int FailuresMax = 5;

    static readonly TimeSpan ShorteningMax = TimeSpan.FromSeconds(20);

    readonly Lock _lock = new();
    readonly RunFigures _figures = new();
    readonly Stopwatch _clock = Stopwatch.StartNew();
    ulong _done;
    int _passed;
    int _failed;

    /// <summary>Runs the plans given, then the seeds; returns how many failed.</summary>
    public int Run(IReadOnlyList<(string Name, Plan Plan)> before)
    {
        foreach (var (name, plan) in before)
        {
            string? failure = Shortening.Failure(plan, null, _figures);
            _passed += failure is null ? 1 : 0;
            _failed += failure is null ? 0 : 1;
            if (failure is not null)
            {
                Console.WriteLine($"FAILED with the plan {name}: {failure}");
            }
        }

        var workers = new Thread[threads];
        for (int i = 0; i < threads; i++)
        {
            workers[i] = new Thread(Work);
            workers[i].Start();
        }

        foreach (var worker in workers)
        {
            worker.Join();
        }

        Console.WriteLine(
            $"{before.Count} plans and seeds {from} to {from + _done - 1}: {_figures} " +
            $"in {_clock.Elapsed.TotalSeconds:F1} s");
        Console.WriteLine($"{_passed} passed, {_failed} failed");
        return _failed;
    }

    void Work()
    {
        while (TryNext(out ulong seed))
        {
            var plan = Plan.Of(seed);
            var figures = new RunFigures();
            string? failure = Shortening.Failure(plan, null, figures);
            lock (_lock)
            {
                _figures.Add(figures);
                _passed += failure is null ? 1 : 0;
                _failed += failure is null ? 0 : 1;
            }

            if (failure is not null)
            {
                Tell(plan, failure);
            }
        }
    }

    bool TryNext(out ulong seed)
    {
        lock (_lock)
        {
            seed = from + _done;
            bool more = _done < count && _clock.Elapsed < timeMax && _failed < FailuresMax;
            _done += more ? 1UL : 0UL;
            return more;
        }
    }

    void Tell(Plan plan, string failure)
    {
        var shortened = Shortening.Run(plan, ShorteningMax);
        lock (_lock)
        {
            Console.WriteLine($"""
                FAILED with seed {plan.Seed} (repeat: --seed {plan.Seed}): {failure}
                Shortened to {shortened.Operations.Count} of {plan.Operations.Count} steps (a file of it: --plan FILE):
                {shortened}
                which fails so: {Shortening.Failure(shortened)}

                """);
        }
    }
}

using System.Diagnostics;

namespace Presage.Simulation;

/// <summary>Takes steps out of a plan that fails as long as it still fails (delta debugging, Zeller 1999).</summary>
static class Shortening
{
    /// <summary>The shortest plan found within the time given.</summary>
    public static Plan Run(Plan plan, TimeSpan timeMax)
    {
        var patience = Stopwatch.StartNew();
        var operations = plan.Operations.ToList();
        for (int size = operations.Count / 2; size >= 1;)
        {
            bool shorter = false;
            for (int at = 0; at < operations.Count && patience.Elapsed < timeMax;)
            {
                var rest = operations.ToList();
                rest.RemoveRange(at, Math.Min(size, rest.Count - at));
                if (Failure(plan with { Operations = rest }) is not null)
                {
                    operations = rest;
                    shorter = true;
                }
                else
                {
                    at += size;
                }
            }

            size = shorter && size > 1 ? Math.Min(size, Math.Max(operations.Count / 2, 1)) : size / 2;
            if (patience.Elapsed >= timeMax)
            {
                break;
            }
        }

        return plan with { Operations = operations };
    }

    /// <summary>Why a plan fails; null where it does not.</summary>
    public static string? Failure(Plan plan, Action<string>? trace = null, RunFigures? figures = null)
    {
        var run = new SimulationRun(plan, trace);
        try
        {
            run.Run();
            figures?.Add(run.Figures);
            return null;
        }
        catch (SimulationFailedException e)
        {
            return e.Message;
        }
    }
}

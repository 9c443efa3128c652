using System.Runtime.InteropServices;

namespace Presage.Storage;

/// <summary>Runs work on a thread of its own that yields to all others.</summary>
static partial class LowPriority
{
    /// <summary>How far behind other threads, in Linux' steps from 0 to 19.</summary>
    const int Niceness = 10;

    /// <summary>Runs the work; the task ends as it ends.</summary>
    public static Task RunAsync(Action work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => Run(work, done))
        {
            IsBackground = true,
            Name = "presage storage",
            Priority = ThreadPriority.BelowNormal,
        };
        thread.Start();
        return done.Task;
    }

    static void Run(Action work, TaskCompletionSource done)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                // On Linux niceness belongs to the thread, and .NET leaves its own priorities without effect.
                _ = Nice(Niceness);
            }

            work();
            done.SetResult();
        }
        catch (OperationCanceledException e)
        {
            done.SetCanceled(e.CancellationToken);
        }
        catch (Exception e)
        {
            // Whoever awaits the task answers it.
            done.SetException(e);
        }
    }

    [LibraryImport("libc", EntryPoint = "nice")]
    private static partial int Nice(int increment);
}

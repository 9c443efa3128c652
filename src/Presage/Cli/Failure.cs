using Microsoft.Data.Sqlite;
using Presage.Configuration;
using Presage.Storage;

namespace Presage.Cli;

/// <summary>Turns expected failures of a verb into a message and an exit code.</summary>
static class Failure
{
    /// <summary>Exit code of bad configuration or arguments, as shells use it.</summary>
    public const int Usage = 2;

    public static async Task<int> GuardAsync(Func<Task<int>> verb)
    {
        try
        {
            return await verb();
        }
        catch (ConfigurationException e)
        {
            Console.Error.WriteLine($"presage: the configuration cannot be used:\n{e.Message}");
            return Usage;
        }
        catch (Exception e) when (e is StartException or StopException or DataFolderLockedException)
        {
            Console.Error.WriteLine($"presage: {e.Message}");
            return 1;
        }
        catch (SqliteException e)
        {
            Console.Error.WriteLine($"presage: the state file cannot be used: {e.Message}");
            return 1;
        }
        catch (Api.ProblemException e)
        {
            Console.Error.WriteLine($"presage: {e.Problem.Detail} {e.Problem.Fix}".TrimEnd());
            return Usage;
        }
    }

    public static Task<int> GuardAsync(Func<int> verb) => GuardAsync(() => Task.FromResult(verb()));
}

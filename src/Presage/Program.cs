using Presage.Api;

namespace Presage;

static class Program
{
    static async Task<int> Main(string[] args)
    {
        if (args is not ["openapi"])
        {
            Console.Error.WriteLine("presage: the only verb so far is openapi");
            return 2;
        }

        Console.Write(await ApiDocument.WriteAsync(PresageServer.BuildApi().Services, default));
        return 0;
    }
}
